// The shop that ours is compared with, as its documentation sets one up for production:
// PostgreSQL, the queue of jobs and the search index in it, two server processes.
const {
  DefaultJobQueuePlugin,
  DefaultLogger,
  DefaultSearchPlugin,
  LogLevel,
  dummyPaymentHandler,
} = require("@vendure/core");

const database = new URL(process.env.PEER_DATABASE);

exports.config = {
  apiOptions: {
    hostname: "127.0.0.1",
    port: Number(process.env.PEER_PORT),
    adminApiPath: "admin-api",
    shopApiPath: "shop-api",
  },
  authOptions: {
    tokenMethod: ["bearer"],
    superadminCredentials: {
      identifier: "operator",
      password: process.env.PEER_PASSWORD,
    },
  },
  dbConnectionOptions: {
    type: "postgres",
    host: database.hostname,
    port: Number(database.port),
    username: database.username,
    password: database.password,
    database: database.pathname.slice(1),
    synchronize: process.env.PEER_FILL === "yes",
  },
  logger: new DefaultLogger({ level: LogLevel.Error, timestamp: false }),
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  plugins: [
    DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true }),
    DefaultSearchPlugin.init({ bufferUpdates: true, indexStockStatus: true }),
  ],
};
