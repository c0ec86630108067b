/** The shape of pocket and the recipe that its corpus was tuned for. */
export const pocketShape = {
  vocabularySize: 4096,
  contextLength: 256,
  tokenizerSeed: 7,
  corpusSeed: 1,
} as const;
