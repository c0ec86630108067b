/** What a model makes of a text after a prompt. */
export interface TextLikelihood {
  /** Sum over the text's tokens, in nats; at most 0. */
  readonly logLikelihood: number;
  /** Number of tokens that the sum runs over. */
  readonly tokens: number;
}

export interface LabelLikelihood extends TextLikelihood {
  readonly label: string;
}

/** `perToken` is normalised by length, so that a long label is not unlikely for its length alone. */
export type LikelihoodOrder = 'perToken' | 'total';

const order: Readonly<Record<LikelihoodOrder, (likelihood: TextLikelihood) => number>> = {
  perToken: ({ logLikelihood, tokens }) => logLikelihood / tokens,
  total: ({ logLikelihood }) => logLikelihood,
};

/** The label with the highest likelihood, the first of equals; '' where there is none. */
export function likeliestLabel(labels: readonly LabelLikelihood[], by: LikelihoodOrder): string {
  let best: LabelLikelihood | undefined;
  for (const label of labels) if (!best || order[by](label) > order[by](best)) best = label;
  return best?.label ?? '';
}

/** Mean loss in nats per token over all the texts' tokens; null where there are none. */
export function meanLoss(texts: readonly TextLikelihood[]): number | null {
  const tokens = texts.reduce((sum, text) => sum + text.tokens, 0);
  return tokens === 0 ? null : -texts.reduce((sum, text) => sum + text.logLikelihood, 0) / tokens;
}
