import { pocketAdapter, smallModelAdapter, type AdapterSettings } from '../src/engine/adapterSettings.ts';
import type { LoadedModel } from '../src/engine/loadModel.ts';
import { promptsFor } from '../src/engine/specializeModel.ts';
import { resolveSettings, settingsPresets, type SpecializeSettings } from '../src/specialize/settings.ts';
import { controlsOf, type RunParameters } from '../src/workerApi/runParameters.ts';

interface Preset {
  readonly settings: SpecializeSettings;
  readonly adapter: AdapterSettings;
}

/** The same presets that the command line takes for a model. */
function presetFor(model: LoadedModel): Preset {
  const isPocket = promptsFor(model).name === 'pocket';
  return isPocket
    ? { settings: settingsPresets.pocket, adapter: pocketAdapter }
    : { settings: settingsPresets.small, adapter: smallModelAdapter };
}

/** The parameters that the page starts from: the model's preset, and the control that a claim needs. */
export function defaultParameters(model: LoadedModel): RunParameters {
  const { settings, adapter } = presetFor(model);
  const { seed, tasks, rounds, temperature, topP, maxSimilarity } = settings;
  const { rank, alpha, learningRate, epochs, batchSize, maxLength } = adapter;
  const writing = { seed, tasks, rounds, temperature, topP, maxSimilarity, controls: ['seedsOnly'] as const };
  return { ...writing, rank, alpha, learningRate, epochs, batchSize, maxLength };
}

/** The preset with the page's parameters in place. @throws naming the parameter that makes no sense */
export function presetWith(model: LoadedModel, parameters: RunParameters): Preset {
  const preset = presetFor(model);
  const {
    rank,
    alpha,
    learningRate,
    epochs,
    batchSize,
    maxLength,
    activations,
    seedsOnly: _,
    ...writing
  } = parameters;
  return {
    settings: resolveSettings({ ...writing, controls: controlsOf(parameters) }, preset.settings),
    adapter: {
      ...{ ...preset.adapter, rank, alpha, learningRate, epochs, batchSize, maxLength },
      ...(activations && { activations }),
    },
  };
}
