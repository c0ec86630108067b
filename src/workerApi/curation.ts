import type { TaskWording } from '../taskChanges.ts';
import type { ViewedToken } from '../text/tokenView.ts';
import type { RunSetup } from './whittleWorkerApi.ts';

export type { ViewedToken };

/** What of a run decides how its tasks are read. */
export type CuratedRun = Pick<RunSetup, 'model' | 'domain' | 'parameters'>;

/** A task by which the page knows it again. */
export interface NamedTask extends TaskWording {
  readonly id: string;
}

/** A task as training will read it. */
export interface TaskTokens {
  readonly tokens: readonly ViewedToken[];
  /** Training reads no more of them. */
  readonly maxLength: number;
}

/** What a person who looks through the tasks of a run has to ask the engine for. */
export interface CurationApi {
  /** By the run's own tokenizer and template, with the tokens that the loss counts. */
  viewTask(run: CuratedRun, task: TaskWording): Promise<TaskTokens>;
  /**
   * Groups of two or more tasks, by id, that are more similar than `limit` (ROUGE-L, in [0, 1]) by the run's novelty rule.
   * The first of each is the one that the others are similar to; earlier tasks come first.
   */
  findAlike(
    run: CuratedRun,
    tasks: readonly NamedTask[],
    limit: number,
  ): Promise<readonly (readonly string[])[]>;
  /** Whether a task is, or nearly is, one that the run is tested with; such a task must not be trained on. */
  isHeldOut(run: CuratedRun, task: TaskWording): Promise<boolean>;
}
