import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Command, COMMANDS, type Setting, SETTINGS } from "./setting-table.ts";

/** A setting that is wrong. The message is for the operator, and names the flag, the variable or the file. */
export class SettingError extends Error {
  override readonly name = "SettingError";
}

/** The environment, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What flags, environment and file say, each value checked for its kind. */
export class RawSettings {
  readonly command: Command;
  readonly help: boolean;
  readonly #values = new Map<string, { readonly texts: readonly string[]; readonly source: string }>();

  /** @throws SettingError for an unknown command or flag, one that the command does not take, or a file that cannot be read. */
  constructor(args: readonly string[], environment: Environment) {
    const { values, positionals } = parseFlags(args);
    this.command = commandIn(positionals);
    this.help = values["help"] === true;
    const sources = [fromFlags(values), fromEnvironment(environment)];
    const config = sources.map((source) => source(settingOf("config"))).find((found) => found !== undefined);
    if (config !== undefined && !this.help) sources.push(fromFile(config.texts[0] ?? ""));
    for (const setting of SETTINGS) {
      const found = sources.map((source) => source(setting)).find((value) => value !== undefined);
      if (found !== undefined) this.#values.set(setting.flag, found);
      else if (setting.fallback !== undefined)
        this.#values.set(setting.flag, { texts: [setting.fallback], source: `--${setting.flag}` });
    }
    for (const { flag, commands } of SETTINGS) {
      if (values[flag] !== undefined && !commands.includes(this.command))
        throw new SettingError(`vecmesh-edge ${this.command} takes no --${flag}.`);
    }
  }

  integer(flag: string): number | undefined {
    const text = this.text(flag);
    if (text === undefined) return undefined;
    const { min, max } = settingOf(flag);
    if (!/^\d{1,10}$/.test(text) || Number(text) < min || Number(text) > max)
      this.fail(flag, `must be a number from ${min} to ${max}, not "${text}"`);
    return Number(text);
  }

  text(flag: string): string | undefined {
    const texts = this.#values.get(flag)?.texts;
    if (texts === undefined) return undefined;
    if (texts.length !== 1 || texts[0] === "") this.fail(flag, "must be one text, which is not empty");
    return texts[0];
  }

  list(flag: string): readonly string[] {
    const texts = this.#values.get(flag)?.texts ?? [];
    if (texts.includes("")) this.fail(flag, "must not be empty");
    return [...new Set(texts)];
  }

  isOn(flag: string): boolean {
    const text = this.text(flag) ?? "false";
    if (text !== "true" && text !== "false") this.fail(flag, `must be true or false, not "${text}"`);
    return text === "true";
  }

  /** @throws SettingError that says where the value came from. */
  fail(flag: string, fault: string): never {
    throw new SettingError(`${this.#values.get(flag)?.source ?? nameOf(flag)} ${fault}.`);
  }
}

/** How an operator sets it, e.g. `--room (or VECMESH_EDGE_ROOM)`. */
export function nameOf(flag: string): string {
  return `--${flag} (or ${settingOf(flag).variable})`;
}

type Source = (setting: Setting) => { readonly texts: readonly string[]; readonly source: string } | undefined;
type Flags = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

function parseFlags(args: readonly string[]): { readonly values: Flags; readonly positionals: readonly string[] } {
  const options = Object.fromEntries(
    SETTINGS.map(({ flag, kind }) => [
      flag,
      { type: kind === "switch" ? ("boolean" as const) : ("string" as const), multiple: kind === "list" },
    ]),
  );
  try {
    return parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean" } },
      allowPositionals: true,
    });
  } catch (error) {
    throw new SettingError((error as Error).message);
  }
}

function commandIn(positionals: readonly string[]): Command {
  const [name = "run", ...more] = positionals;
  const command = COMMANDS.find((known) => known === name);
  if (command === undefined) throw new SettingError(`There is no command "${name}", only ${COMMANDS.join(", ")}.`);
  if (more.length > 0) throw new SettingError(`One command at a time: what is "${more[0]}"?`);
  return command;
}

function settingOf(flag: string): Setting {
  const setting = SETTINGS.find((one) => one.flag === flag);
  if (setting === undefined) throw new Error(`no setting ${flag}`);
  return setting;
}

function fromFlags(values: Flags): Source {
  return ({ flag, kind }) => {
    const value = values[flag];
    if (value === undefined) return undefined;
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    return { texts: kind === "secret" ? [secretIn(texts[0] ?? "", flag)] : texts, source: `--${flag}` };
  };
}

/** Empty variables count as unset. */
function fromEnvironment(environment: Environment): Source {
  return ({ variable, kind }) => {
    const value = environment[variable];
    if (value === undefined || value === "") return undefined;
    return { texts: kind === "list" ? value.split(",").map((item) => item.trim()) : [value], source: variable };
  };
}

function fromFile(path: string): Source {
  let values: unknown;
  try {
    values = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new SettingError(`--config: ${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw new SettingError(`--config: ${path} must hold one JSON object.`);
  const known = new Map(Object.entries(values));
  for (const name of known.keys()) {
    if (!SETTINGS.some(({ flag }) => flag === name && flag !== "config"))
      throw new SettingError(`--config: ${path} says "${name}", which is no setting.`);
  }
  return ({ flag, kind }) => {
    const value: unknown = known.get(flag);
    if (value === undefined) return undefined;
    const texts = (Array.isArray(value) ? value : [value]).map(String);
    return { texts: kind === "secret" ? [secretIn(texts[0] ?? "", flag)] : texts, source: `"${flag}" in ${path}` };
  };
}

function secretIn(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new SettingError(`--${flag}: the file cannot be read: ${(error as Error).message}`);
  }
}
