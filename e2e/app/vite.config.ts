import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  // The word vectors are the demo's: one copy in the repository.
  publicDir: here("../../demo/public"),
  logLevel: "warn",
  build: {
    target: "es2022",
    outDir: here("../test-results/app"),
    emptyOutDir: true,
    rolldownOptions: {
      input: ["index.html", "y-webrtc.html", "hostile.html", "middleman.html", "documents.html"].map(here),
    },
  },
  preview: {
    host: "127.0.0.1",
    port: 0,
    // One test opens the page under a name that is not this machine's.
    allowedHosts: true,
  },
});
