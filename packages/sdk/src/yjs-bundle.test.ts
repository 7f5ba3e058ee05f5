import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, it } from "vitest";

/** As an application's bundler makes it of the built package: the modules that went in, and the code. */
async function bundled(entry: string): Promise<{ modules: string[]; code: string }> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      lib: { entry: fileURLToPath(new URL(`../dist/${entry}`, import.meta.url)), formats: ["es"] },
    },
  });
  const chunks = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  const code = chunks.flatMap((chunk) => (chunk.type === "chunk" ? [chunk] : []));
  return { modules: code.flatMap((chunk) => Object.keys(chunk.modules)), code: code.map((chunk) => chunk.code).join() };
}

/** Yjs leaves this on the global object. */
const YJS_MARK = "__ $YJS$ __";
const isYjs = (module: string): boolean => /node_modules\/(yjs|y-[a-z]+)\/|adapters\/yjs\//.test(module);

it("a bundle of the package holds no byte of yjs; one of its yjs entry does", async () => {
  const plain = await bundled("index.js");
  expect(plain.modules.length).toBeGreaterThan(50);
  expect(plain.modules.filter(isYjs)).toEqual([]);
  expect(plain.code).not.toContain(YJS_MARK);
  const withYjs = await bundled("yjs.js");
  expect(withYjs.modules.filter(isYjs).length).toBeGreaterThan(1);
  expect(withYjs.code).toContain(YJS_MARK);
});
