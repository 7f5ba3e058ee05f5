/** Several times what the longest round takes on a busy machine. What takes longer hangs. */
const LIMIT_MS = 300_000;

/**
 * @template T
 * @param {string} what Says in the error what did not happen.
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(what, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
