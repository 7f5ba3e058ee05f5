import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  publicDir: "data",
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    // RxDB and Yjs are loaded only where they are measured; their size is no news.
    chunkSizeWarningLimit: 2000,
  },
});
