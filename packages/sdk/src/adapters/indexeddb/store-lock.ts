/** A lock that is ours until `release`. */
export interface StoreLock {
  /** Resolves if another page takes the lock by force. */
  readonly stolen: Promise<void>;
  /** Resolves when others can take it. Idempotent. */
  release(): Promise<void>;
}

/**
 * Takes an exclusive lock of this origin, across tabs and workers; undefined when somebody holds it. The browser
 * frees it when the page goes away, however it goes.
 */
export function takeStoreLock(name: string): Promise<StoreLock | undefined> {
  return new Promise((resolve, reject) => {
    let settleStolen: (() => void) | undefined;
    const released: Promise<void> = navigator.locks
      .request(name, { mode: "exclusive", ifAvailable: true }, (lock) => {
        if (lock === null) return resolve(undefined);
        const stolen = new Promise<void>((settle) => (settleStolen = settle));
        return new Promise<void>((letGo) => {
          const release = (): Promise<void> => {
            letGo();
            return released;
          };
          resolve({ stolen, release });
        });
      })
      .catch((error: unknown) => {
        if (settleStolen === undefined) reject(error instanceof Error ? error : new Error(String(error)));
        else settleStolen();
      });
  });
}
