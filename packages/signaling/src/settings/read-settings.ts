import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type IntegerName, type ListName, type Setting, SETTINGS, type TextName } from "./setting-table.ts";

/** A setting that is wrong. The message is for the operator, and names the flag or variable. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/** The environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What flags and environment say, each value checked for its kind. */
export class RawSettings {
  readonly help: boolean;
  readonly #values: ReadonlyMap<string, string>;
  readonly #sources: ReadonlyMap<string, string>;

  /** @throws SettingError for an unknown flag, or a secret's file that cannot be read. Empty variables count as unset. */
  constructor(args: readonly string[], environment: Environment) {
    const flags = parseFlags(args);
    this.help = flags["help"] === true;
    const values = new Map<string, string>();
    const sources = new Map<string, string>();
    for (const [name, setting] of SETTINGS) {
      const flag = flags[setting.flag];
      const variable = environment[setting.variable];
      if (typeof flag === "string") {
        sources.set(name, `--${setting.flag}`);
        values.set(name, setting.kind === "secret" ? secretIn(flag, setting) : flag);
      } else if (variable !== undefined && variable !== "") {
        sources.set(name, setting.variable);
        values.set(name, variable);
      } else if (setting.fallback !== undefined) {
        values.set(name, setting.fallback);
      }
    }
    this.#values = values;
    this.#sources = sources;
  }

  integer(name: IntegerName): number {
    const { min, max } = SETTINGS.get(name) as Setting;
    const text = this.#values.get(name) ?? "";
    if (!/^\d{1,10}$/.test(text) || Number(text) < min || Number(text) > max) {
      this.fail(name, `must be a number from ${min} to ${max}, not "${text}"`);
    }
    return Number(text);
  }

  text(name: TextName): string | undefined {
    const text = this.#values.get(name);
    if (text === "") this.fail(name, "must not be empty");
    return text;
  }

  list(name: ListName): readonly string[] | undefined {
    const items = this.#values
      .get(name)
      ?.split(",")
      .map((item) => item.trim());
    if (items?.includes("") === true) this.fail(name, "must be texts with commas between them, none of them empty");
    return items;
  }

  /** @throws SettingError that says where the value came from. */
  fail(name: string, fault: string): never {
    throw new SettingError(`${this.#sources.get(name) ?? nameOf(name)} ${fault}`);
  }
}

/** How an operator sets it, e.g. `--jwt-secret-file (or VECMESH_SIGNALING_JWT_SECRET)`. */
export function nameOf(name: string): string {
  const { flag, variable } = SETTINGS.get(name) as Setting;
  return `--${flag} (or ${variable})`;
}

function parseFlags(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const options = Object.fromEntries([...SETTINGS.values()].map(({ flag }) => [flag, { type: "string" as const }]));
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: "boolean" } } }).values;
  } catch (error) {
    throw new SettingError((error as Error).message);
  }
}

function secretIn(path: string, { flag }: Setting): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new SettingError(`--${flag}: the file cannot be read: ${(error as Error).message}`);
  }
}
