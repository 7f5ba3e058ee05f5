import { endianness } from "node:os";
import { type FileHandle, open } from "node:fs/promises";

/** Read at a time: rows are far smaller than what reading from a disk is good at. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const COMPONENT_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The rows of a file of raw little-endian float32, read one after the other. */
export class VectorRows {
  readonly dimensions: number;
  readonly #file: FileHandle;
  readonly #rowBytes: number;
  readonly #rowsPerBlock: number;
  /** Of the whole file; a fraction where it ends within a row. */
  readonly count: number;
  #block: Float32Array = new Float32Array(0);
  #blockBegin = 0;
  #blockEnd = 0;

  private constructor(file: FileHandle, dimensions: number, size: number) {
    this.#file = file;
    this.dimensions = dimensions;
    this.#rowBytes = dimensions * COMPONENT_BYTES;
    this.#rowsPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / this.#rowBytes));
    this.count = size / this.#rowBytes;
  }

  static async open(path: string, dimensions: number): Promise<VectorRows> {
    const file = await open(path, "r");
    try {
      return new VectorRows(file, dimensions, (await file.stat()).size);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** A row of the file; `undefined` where it has none so far, or not all of it. */
  async at(row: number): Promise<Float32Array | undefined> {
    if (row < this.#blockBegin || row >= this.#blockEnd) await this.#read(row);
    if (row >= this.#blockEnd) return undefined;
    const begin = (row - this.#blockBegin) * this.dimensions;
    return this.#block.subarray(begin, begin + this.dimensions);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  /** A new block each time: rows of the one before may be in use. */
  async #read(from: number): Promise<void> {
    const bytes = Buffer.alloc(this.#rowsPerBlock * this.#rowBytes);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await this.#file.read(bytes, length, bytes.length - length, from * this.#rowBytes + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (endianness() === "BE") bytes.swap32();
    this.#block = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / COMPONENT_BYTES);
    this.#blockBegin = from;
    this.#blockEnd = from + Math.floor(length / this.#rowBytes);
  }
}
