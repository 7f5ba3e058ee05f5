/**
 * What a contract suite needs of a test runner, so that adapter authors run it with theirs: Vitest and Jest as they
 * are, others through a few lines.
 */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly expect: (actual: unknown) => {
    toBe(expected: unknown): void;
    toEqual(expected: unknown): void;
  };
}
