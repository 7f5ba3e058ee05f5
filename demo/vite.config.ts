import { defineConfig, type Plugin } from "vite";

/**
 * The built page runs only its own code and styles and speaks only to its own server and to signaling servers, which also answer by plain HTTP: a
 * second wall behind the rule that notes are shown as text. Not while developing, where Vite injects styles.
 */
const POLICY = [
  "default-src 'self'",
  // Others' cursors have colours, which the editor's binding sets by the attribute.
  "style-src-attr 'unsafe-inline'",
  "connect-src 'self' ws: wss: http: https:",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

export default defineConfig({
  base: "./",
  plugins: [contentSecurityPolicy()],
  // One page, which needs all of it at once but for the editor.
  build: { target: "es2022", modulePreload: { polyfill: false }, chunkSizeWarningLimit: 600 },
});
