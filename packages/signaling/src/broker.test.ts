import { InProcessBroker } from "./broker.ts";
import { testBroker } from "./testing/broker-contract.ts";

testBroker("in-process broker", () => {
  const broker = new InProcessBroker();
  return Promise.resolve([broker, broker]);
});
