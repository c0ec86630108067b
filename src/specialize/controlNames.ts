/** What an adapter can be trained on for comparison; see `controls.ts`. */
export const controlNames = [
  'seedsOnly',
  'unfiltered',
  'noRetrieval',
  'randomLabels',
  'eighth',
  'quarter',
  'half',
] as const;

export type ControlName = (typeof controlNames)[number];

/** As reports call them. */
export const controlTitles: Readonly<Record<ControlName, string>> = {
  seedsOnly: 'seeds only',
  unfiltered: 'unfiltered',
  noRetrieval: 'no retrieval',
  randomLabels: 'shuffled answers',
  eighth: '1/8 of the data',
  quarter: '1/4 of the data',
  half: '1/2 of the data',
};
