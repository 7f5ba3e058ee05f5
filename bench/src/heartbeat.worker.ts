/** One beat a millisecond, stamped when it leaves. A worker's timers are held to 4 ms; waiting on memory is not. */
const PERIOD_MS = 1;

const never = new Int32Array(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);

addEventListener("message", ({ ports: [port] }: MessageEvent) => {
  if (port === undefined) throw new Error("The heartbeat was started without a port to beat on");
  for (;;) {
    Atomics.wait(never, 0, 0, PERIOD_MS);
    port.postMessage(performance.timeOrigin + performance.now());
  }
});
