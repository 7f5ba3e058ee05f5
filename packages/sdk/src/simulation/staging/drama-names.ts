/** What a staged run may be about; each has a file of its name beside this one. */
export const DRAMAS = ["sealed-apart", "decided-alone", "restored-voter", "late-heir"] as const;

export type DramaName = (typeof DRAMAS)[number];
