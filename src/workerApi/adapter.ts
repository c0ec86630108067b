import type { ModelReference } from './model.ts';

/** The files of a PEFT folder by name: adapter_config.json, adapter_model.safetensors, README.md. */
export type AdapterFiles = Readonly<Record<string, Uint8Array<ArrayBuffer>>>;

export interface AdapterDescription {
  /** Hex SHA-256 of adapter_model.safetensors; its first eight digits label every answer. */
  readonly hash: string;
  readonly rank: number;
  readonly alpha: number;
  readonly targetModules: readonly string[];
  readonly baseModel: string;
  /** What it was trained on, where its files say so. */
  readonly model?: ModelReference;
}

export interface TrainedAdapter {
  readonly description: AdapterDescription;
  /** Empty in stored events: bytes are kept apart from them. */
  readonly files: AdapterFiles;
}
