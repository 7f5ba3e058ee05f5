/**
 * Opens a bare data channel between two tabs.
 *
 * @param {import("playwright").Page} first
 * @param {import("playwright").Page} second
 */
export async function openBareChannel(first, second) {
  const offering = await first.evaluateHandle(() => window.lab.openBareChannel());
  const answering = await second.evaluateHandle(() => window.lab.openBareChannel());
  const offer = await offering.evaluate((channel) => channel.offer());
  const answer = await answering.evaluate((channel, description) => channel.answer(description), offer);
  await offering.evaluate((channel, description) => channel.accept(description), answer);
  await Promise.all([offering, answering].map((side) => side.evaluate((channel) => channel.opened)));
  return {
    first: offering,
    second: answering,
    /** Both ends. */
    async close() {
      await Promise.all([offering, answering].map((side) => side.evaluate((channel) => channel.close())));
    },
  };
}

/**
 * Sends random bytes from the first tab to the second; how long that took, milliseconds.
 *
 * @param {Awaited<ReturnType<typeof openBareChannel>>} channel
 * @param {number} bytes
 */
export async function transfer({ first, second }, bytes) {
  // Asking and listening happen in different tabs: the sender must listen first.
  const sender = await first.evaluateHandle((end, size) => ({ sent: end.sendWhenAsked(size) }), bytes);
  const took = await second.evaluate((end, size) => end.receive(size), bytes);
  await sender.evaluate(({ sent }) => sent);
  return took;
}
