import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RunRecord, RunStatus } from '../../storage/runsDatabase.ts';
import type { StorageUse } from '../../storage/storageUse.ts';
import type { AdapterDescription } from '../../workerApi/adapter.ts';
import type {
  DownloadProgress,
  ModelOffer,
  StoredModel,
  SuggestedModel,
  TrainingFit,
} from '../../workerApi/model.ts';
import type { Domain, DomainDocument } from '../../workerApi/domain.ts';
import type { GeneratedTask, Phase, Report, Stage } from '../../workerApi/runEvent.ts';
import type { RunParameters } from '../../workerApi/runParameters.ts';
import type {
  DeviceChoice,
  DeviceDescription,
  ModelDescription,
  RunSetup,
} from '../../workerApi/whittleWorkerApi.ts';
import type { Exchange } from './chatSession.ts';
import { emptyLedger, type RequestLedger } from './requestLedger.ts';
import type { RunState } from './runState.ts';
import type { OfflineStatus } from './services.ts';

/** The stations of the flow; each can be opened at any time. */
export const steps = ['start', 'domain', 'generate', 'curate', 'train', 'compare', 'adapter'] as const;
export type Step = (typeof steps)[number];

/** Where the page can be: at a station, or where it shows what leaves the machine. */
export type Place = Step | 'trust';

export type EngineStatus =
  | { readonly kind: 'loading'; readonly name?: string }
  | { readonly kind: 'ready'; readonly device: DeviceDescription; readonly model: ModelDescription }
  | { readonly kind: 'failed'; readonly message: string };

export interface DomainChoice {
  readonly id: string;
  readonly domain: Domain;
  readonly documents: readonly DomainDocument[];
  readonly isBundled: boolean;
}

/** The run on screen. `owner` tells who drives it: this tab, another tab, or nobody any more. */
export interface OpenRun {
  readonly id: string;
  readonly title: string;
  readonly status: RunStatus;
  readonly failure?: string;
  readonly setup: RunSetup;
  readonly state: RunState;
  readonly owner: 'here' | 'elsewhere' | null;
  /** Of the present phase, while this tab drives the run; null where it cannot be said. */
  readonly secondsLeft: number | null;
}

export interface LoadedAdapter {
  /** Names its folder in the byte store. */
  readonly id: string;
  readonly name: string;
  readonly description: AdapterDescription;
}

/** The models to choose from, and what is being done about one that is not here yet. */
export interface ModelChoices {
  readonly stored: readonly StoredModel[];
  readonly suggestions: readonly SuggestedModel[];
  /** What the Hub said of the model that was asked about. */
  readonly offer: ModelOffer | null;
  readonly activity: ModelActivity | null;
  /** Why the last attempt came to nothing, in one sentence. */
  readonly failure: string | null;
}

export type ModelActivity =
  | { readonly kind: 'asking'; readonly name: string }
  | {
      readonly kind: 'downloading' | 'importing';
      readonly name: string;
      /** Null until the first bytes have arrived. */
      readonly progress: DownloadProgress | null;
    };

/** The sweep that this tab is running: the run on screen is its point number `number` of `total`. */
export interface SweepProgress {
  readonly number: number;
  readonly total: number;
  /** Examples of this point. */
  readonly seeds: number;
}

/** Something that a person did to tasks, and how they were before. */
export interface Undoable {
  /** "12 tasks discarded" */
  readonly title: string;
  readonly before: readonly GeneratedTask[];
}

/** What a person does with the tasks of the run on screen. */
export interface CurationState {
  /** What can be taken back, the last thing last; emptied when another run is shown, or this one goes on. */
  readonly undoable: readonly Undoable[];
  /** What happened last, to be spoken. */
  readonly spoken: string;
  /** Whether single keys decide. */
  readonly hasShortcuts: boolean;
}

export type RunSummary = RunRecord<RunSetup>;

/** One sentence at the top of the page: what went wrong, and the way out. */
export interface Notice {
  readonly tone: 'info' | 'error';
  readonly text: string;
}

/** Something stored that cannot be read any more: what it is and the way out, in whole sentences. */
export interface Damage {
  /** Of the stored bytes, or the folder of the run. */
  readonly name: string;
  /** Where it is a run. */
  readonly runId?: string;
  readonly text: string;
}

export interface AppState {
  readonly step: Place;
  /** The page goes where the run is until the person goes somewhere else. */
  readonly follows: boolean;
  readonly engine: EngineStatus;
  /** What the person wants models to run on. */
  readonly device: DeviceChoice;
  readonly models: ModelChoices;
  readonly domains: readonly DomainChoice[];
  readonly domainId: string;
  /** Null until the model has said what suits it. */
  readonly parameters: RunParameters | null;
  /** Whether training with these parameters fits into memory; null while that is not known. */
  readonly fit: TrainingFit | null;
  readonly run: OpenRun | null;
  readonly runs: readonly RunSummary[];
  /** Whether the run that this tab drives, or the next one, stops as soon as all tasks are answered. */
  readonly stopsBeforeTraining: boolean;
  readonly curation: CurationState;
  readonly sweep: SweepProgress | null;
  /** Of finished points of sweeps, by run, as far as they were read; null where nothing is stored. */
  readonly sweepReports: Readonly<Record<string, Report | null>>;
  readonly adapters: readonly LoadedAdapter[];
  readonly chat: { readonly isAnswering: boolean; readonly exchanges: readonly Exchange[] };
  /** Null until it was measured. */
  readonly storage: StorageUse | null;
  readonly offline: OfflineStatus;
  /** Whether even the Hub is out of reach. */
  readonly isSealed: boolean;
  /** Of this page and its workers, since it was opened. */
  readonly ledger: RequestLedger;
  readonly notice: Notice | null;
  /** What was found damaged and is neither deleted nor written anew. */
  readonly damages: readonly Damage[];
}

export const initialAppState: AppState = {
  step: 'start',
  follows: true,
  engine: { kind: 'loading' },
  device: 'auto',
  models: { stored: [], suggestions: [], offer: null, activity: null, failure: null },
  domains: [],
  domainId: 'biomedicine',
  parameters: null,
  fit: null,
  run: null,
  runs: [],
  stopsBeforeTraining: false,
  curation: { undoable: [], spoken: '', hasShortcuts: true },
  sweep: null,
  sweepReports: {},
  adapters: [],
  chat: { isAnswering: false, exchanges: [] },
  storage: null,
  offline: { kind: 'unkept' },
  isSealed: true,
  ledger: emptyLedger,
  notice: null,
  damages: [],
};

export type AppStore = StoreApi<AppState>;

export const createAppStore = (): AppStore => createStore(() => initialAppState);

const stepOfStage: Record<Stage, Step> = {
  recitation: 'generate',
  replay: 'generate',
  instructions: 'generate',
  responses: 'generate',
  likelihoods: 'generate',
  coverage: 'generate',
  dataset: 'generate',
  training: 'train',
  evaluation: 'compare',
};

/** The station at which a phase can be watched. */
export const stepOfPhase = ({ stage }: Phase): Step => stepOfStage[stage];

export const isGoing = (status: RunStatus): boolean => status === 'running' || status === 'paused';

export const chosenDomain = (state: AppState): DomainChoice | undefined =>
  state.domains.find(({ id }) => id === state.domainId);
