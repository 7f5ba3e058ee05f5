/**
 * Resolves when the transaction is complete and rejects when it has aborted, with what aborted it (D2). Requests'
 * own errors are not looked at: one that fails aborts the transaction, and a full disk shows only there.
 */
export function transactionDone(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", () => resolve());
    transaction.addEventListener("abort", () => {
      reject(transaction.error ?? new DOMException("The transaction was aborted.", "AbortError"));
    });
  });
}
