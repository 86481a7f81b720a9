// Makes the tables and puts the same goods on sale as the benchmark's shop has.
process.env.PEER_FILL = "yes";

const fs = require("node:fs");
const { bootstrap, LanguageCode } = require("@vendure/core");
const { populate } = require("@vendure/core/cli");
const { config } = require("./config");

const COLUMNS =
  "name,slug,description,assets,facets,optionGroups,optionValues,sku,price," +
  "taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets";
const WEIGHTS = ["50 g", "100 g", "1 kg"];

const rows = [COLUMNS];
for (let number = 0; number < Number(process.env.PEER_PRODUCTS); number += 1) {
  WEIGHTS.forEach((weight, place) => {
    const product = place
      ? ",,,,,"
      : `Tea ${number},tea-${number},From the third terrace below the old temple.,,,Weight`;
    const price = (1000 + ((number * WEIGHTS.length + place) % 90)) / 100;
    rows.push(
      `${product},${weight},TEA-${number}-${place},${price},standard,1000000,true,,`,
    );
  });
}
fs.writeFileSync("products.csv", `${rows.join("\n")}\n`);

const shop = {
  defaultLanguage: LanguageCode.en,
  defaultZone: "Asia",
  roles: [],
  collections: [],
  countries: [{ name: "China", code: "CN", zone: "Asia" }],
  taxRates: [{ name: "Standard", percentage: 13 }],
  shippingMethods: [{ name: "Post", price: 0 }],
  paymentMethods: [
    {
      name: "Balance",
      handler: {
        code: "dummy-payment-handler",
        arguments: [{ name: "automaticSettle", value: "true" }],
      },
    },
  ],
};

populate(() => bootstrap(config), shop, "products.csv")
  .then((app) => app.close())
  .then(
    () => process.exit(0),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
