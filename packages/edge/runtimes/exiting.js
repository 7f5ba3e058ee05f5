/** Runs what its first argument names, and says so when it has come to its end: a runtime that crashes while it exits has done its work all the same. */
import process from "node:process";
import { pathToFileURL } from "node:url";

const [script = ""] = process.argv.splice(2, 1);
await import(pathToFileURL(script).href);
process.stdout.write("done\n");
