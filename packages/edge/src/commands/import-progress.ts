import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BEGINNING, type FilePosition } from "./entry-file.ts";
import { InputError } from "./input-error.ts";

/**
 * How far a file has been imported, noted after each batch in the data folder. It follows what is in the store, so an import that is broken off, killed even, at worst writes
 * its last batch again, which changes nothing but stamps.
 */
export class ImportProgress {
  readonly #note: string;
  position: FilePosition;

  private constructor(note: string, position: FilePosition) {
    this.#note = note;
    this.position = position;
  }

  /** @param into what it is imported into. A file that has changed since begins anew. @throws InputError */
  static async open(data: string, into: readonly string[], file: string): Promise<ImportProgress> {
    const found = await stat(file);
    if (!found.isFile()) throw new InputError(`${file} is no file.`);
    const { size, mtimeMs } = found;
    const which = createHash("sha256")
      .update(JSON.stringify([...into, resolve(file), size, mtimeMs]))
      .digest("hex");
    const note = join(data, "imports", `${which.slice(0, 32)}.json`);
    await mkdir(dirname(note), { recursive: true });
    return new ImportProgress(note, await positionIn(note));
  }

  async note(position: FilePosition): Promise<void> {
    const { offset, lines } = position;
    this.position = { offset, lines };
    const draft = `${this.#note}.new`;
    await writeFile(draft, JSON.stringify(this.position));
    await rename(draft, this.#note);
  }

  /** Another import of the file begins anew. */
  async finish(): Promise<void> {
    await rm(this.#note, { force: true });
  }
}

async function positionIn(note: string): Promise<FilePosition> {
  try {
    const { offset, lines } = JSON.parse(await readFile(note, "utf8")) as Partial<FilePosition>;
    if (Number.isSafeInteger(offset) && Number.isSafeInteger(lines))
      return { offset: Number(offset), lines: Number(lines) };
  } catch {
    // None yet, or one that a power cut has torn: from the beginning, then.
  }
  return BEGINNING;
}
