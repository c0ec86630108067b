import type { FilterRule } from './filter.ts';
import type { SpecializeSettings } from './settings.ts';
import type { LikelihoodScores } from './tasks.ts';

/** A rule about what the model's likelihoods say of an answer. */
export interface LikelihoodRule extends FilterRule<
  LikelihoodScores,
  { readonly settings: SpecializeSettings }
> {
  /** Whether the settings ask for its score, which costs the model's time. */
  readonly isAsked: (settings: SpecializeSettings) => boolean;
}

const twoPlaces = (x: number): string => x.toFixed(2);

/**
 * Filters without a judge. IFD, instruction-following difficulty (Li et al. 2023, arXiv 2308.12032, "Cherry"): the
 * perplexity of the answer after its task over that of the answer alone; from 1 on the task does not help, and the
 * official code leaves such rows out. Evidence gain: what the shown passage adds to the answer's log-likelihood per token.
 */
export const likelihoodRules: readonly LikelihoodRule[] = [
  {
    name: 'ifd',
    description: 'The task makes its answer too little likelier, or too much (IFD).',
    isAsked: ({ ifdBand, disabledRules }) => ifdBand !== null && !disabledRules.includes('ifd'),
    reject: ({ ifd }, { settings: { ifdBand } }) => {
      if (ifd === undefined || !ifdBand || (ifd >= ifdBand[0] && ifd < ifdBand[1])) return null;
      const [least, most] = ifdBand;
      return `The answer's perplexity after the task is ${twoPlaces(ifd)} of that alone; from ${least} to below ${most} is asked for.`;
    },
  },
  {
    name: 'evidenceGain',
    description: 'The shown passage makes the answer too little likelier.',
    isAsked: ({ minEvidenceGain, disabledRules }) =>
      minEvidenceGain !== null && !disabledRules.includes('evidenceGain'),
    reject: ({ evidenceGain }, { settings: { minEvidenceGain } }) =>
      evidenceGain === undefined || minEvidenceGain === null || evidenceGain >= minEvidenceGain
        ? null
        : `The passage changes the answer's log-likelihood by ${twoPlaces(evidenceGain)} nats per token; at least ${minEvidenceGain} is asked for.`,
  },
];
