import type { DownloadProgress, FileProgress } from '../hub/progress.ts';
import type { ChosenFile } from '../hub/localFiles.ts';
import type { SuggestedModel } from '../hub/suggestedModels.ts';

export type { ChosenFile, FileProgress, DownloadProgress, SuggestedModel };

/** Which model, exactly. Runs and adapters keep it, so that they are never mixed up with another's. */
export interface ModelReference {
  /** `pocket`, an id on the Hub, or `local/<name>`. */
  readonly id: string;
  /** The commit on the Hub, a fingerprint of local files, or '' for the model that comes with the page. */
  readonly revision: string;
  /** Under the name that transformers.js gives it, such as `q4`. */
  readonly dtype: string;
}

/** The model that comes with the page. Runs that were stored before there were others name none: they are its. */
export const pocketModel: ModelReference = { id: 'pocket', revision: '', dtype: 'q4' };

/** "owner/name (q4)", and "pocket". */
export const modelTitle = ({ id, revision, dtype }: ModelReference): string =>
  revision === '' ? id : `${id} (${dtype})`;

export const isSameModel = (a: ModelReference, b: ModelReference): boolean =>
  a.id === b.id && a.revision === b.revision && a.dtype === b.dtype;

/** Whether training has room in memory. */
export interface TrainingFit {
  readonly fit: 'fits' | 'tight' | 'does not fit';
  readonly totalBytes: number;
  /** What is counted on. */
  readonly budgetBytes: number;
  /** What to change, as a sentence each; empty where it fits. */
  readonly advice: readonly string[];
  /** What training piece by piece costs, where not even one task at a time fits; absent where it is not needed or known. */
  readonly streaming?: StreamingCosts;
}

/** Training with a part of the weights in memory at a time. */
export interface StreamingCosts {
  readonly totalBytes: number;
  /** Bytes of weights that each step reads from storage. */
  readonly bytesReadPerStep: number;
}

export interface DtypeOffer {
  readonly dtype: string;
  readonly bytes: number;
  /** An estimate from the configuration, one task at a time; absent where that does not say enough. */
  readonly training?: TrainingFit;
}

/** What the Hub says of a model before anything of it is downloaded. */
export interface ModelOffer {
  readonly id: string;
  /** As it was asked for. */
  readonly revision: string;
  readonly commit: string;
  readonly license: string | null;
  readonly isGated: boolean;
  readonly modelType: string;
  /** Null where the configuration does not say enough. */
  readonly parameters: number | null;
  /** Why it cannot be trained, as a sentence; null where nothing speaks against it. */
  readonly obstacle: string | null;
  readonly dtypes: readonly DtypeOffer[];
}

/** A model whose files are in this browser. */
export interface StoredModel {
  readonly id: string;
  readonly commit: string;
  readonly license: string | null;
  readonly parameters: number | null;
  /** All that is stored, unfinished downloads included. */
  readonly bytes: number;
  /** What is stored whole. */
  readonly dtypes: readonly DtypeOffer[];
}
