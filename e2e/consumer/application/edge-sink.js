import { pgConnection, startSink } from "@vecmesh/edge/sink";

console.log(typeof startSink);
try {
  await pgConnection("postgres://127.0.0.1/nothing");
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
}
