/** Everything that is stored of a run as bytes lies in its folder, so that it goes with the run. */
export const runFolder = (runId: string): string => `runs/${runId}/`;

/** The training of an adapter in a round. */
export interface TrainingName {
  readonly model: string;
  /** From 1. */
  readonly round: number;
}

/** Where the last checkpoint of a training is kept until its adapter is. */
export const checkpointFile = (runId: string, { model, round }: TrainingName): string =>
  `${runFolder(runId)}${model}-${round}.checkpoint`;
