/** Where an imported task stood, so that it can be found again. */
export interface Origin {
  /** Name of the file. */
  readonly file: string;
  /** Row of a table or line of a text, from 1. */
  readonly row: number;
  /** The row's own id there. */
  readonly id?: string | undefined;
}

/** A task with a known answer, used to measure a model and never to teach it. */
export interface EvaluationItem {
  readonly id: string;
  /** The group that scores are averaged over, for example `drug-indication`. */
  readonly task: string;
  readonly instruction: string;
  /** '' where the instruction stands alone. */
  readonly input: string;
  readonly output: string;
  /** The only valid answers, where the task is a choice. */
  readonly labels?: readonly string[];
  /** Where the answer can be known from. */
  readonly source?: 'pretraining' | 'documents';
  readonly origin?: Origin | undefined;
}
