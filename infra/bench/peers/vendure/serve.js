// Two server processes on one port.
const cluster = require("node:cluster");

if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
  cluster.on("exit", () => process.exit(1));
} else {
  const { bootstrap } = require("@vendure/core");
  const { config } = require("./config");

  bootstrap(config);
}
