/** `node e2e/app/serve.js`: builds the test application, serves it on any free port and says which. */
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));
await build({ configFile });
// Within the first one's folder, which that has emptied.
await build({ configFile, mode: "newer-protocol" });
const { httpServer } = await preview({ configFile });
const address = httpServer.address();
if (address === null || typeof address === "string") throw new Error(`No port but ${address} is listened on.`);
console.log(`The test application is served on port ${address.port}.`);
