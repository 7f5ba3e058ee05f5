import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The mode that builds the page again as a later version of the SDK would be: all that differs is its protocol's number. */
const NEWER_PROTOCOL = "newer-protocol";
const NUMBER = /\bPROTOCOL_VERSION = (\d+)/;

function newerProtocol(): Plugin {
  return {
    name: "newer-protocol",
    transform(code, id) {
      if (!id.endsWith("/core/messages.js")) return undefined;
      if (!NUMBER.test(code)) throw new Error(`No protocol version in ${id}`);
      return code.replace(NUMBER, (_, number: string) => `PROTOCOL_VERSION = ${Number(number) + 1}`);
    },
  };
}

export default defineConfig(({ mode }) => ({
  root: here("."),
  base: mode === NEWER_PROTOCOL ? "/newer/" : "/",
  plugins: mode === NEWER_PROTOCOL ? [newerProtocol()] : [],
  // The word vectors are the demo's: one copy in the repository.
  publicDir: mode === NEWER_PROTOCOL ? false : here("../../demo/public"),
  logLevel: "warn",
  build: {
    target: "es2022",
    outDir: here(mode === NEWER_PROTOCOL ? "../test-results/app/newer" : "../test-results/app"),
    emptyOutDir: true,
    rolldownOptions: {
      input: (mode === NEWER_PROTOCOL
        ? ["index.html"]
        : [
            "index.html",
            "y-webrtc.html",
            "y-webrtc-provider.html",
            "mesh-provider.html",
            "hostile.html",
            "middleman.html",
            "documents.html",
          ]
      ).map(here),
    },
  },
  preview: {
    host: "127.0.0.1",
    port: 0,
    // One test opens the page under a name that is not this machine's.
    allowedHosts: true,
  },
}));
