import {
  faithfulAdapter,
  pocketAdapter,
  smallModelAdapter,
  type AdapterSettings,
} from '../src/engine/adapterSettings.ts';
import type { LoadedModel } from '../src/engine/loadModel.ts';
import { promptsFor } from '../src/engine/specializeModel.ts';
import { settingsPresets } from '../src/specialize/presets.ts';
import { renameEarlierSettings, resolveSettings } from '../src/specialize/resolveSettings.ts';
import { settingsSchema, type SpecializeSettings } from '../src/specialize/settings.ts';
import { controlsOf, type MethodName, type RunParameters } from '../src/workerApi/runParameters.ts';
import type { SettingDescription } from '../src/workerApi/whittleWorkerApi.ts';

interface Preset {
  readonly settings: SpecializeSettings;
  readonly adapter: AdapterSettings;
}

const adapters: Readonly<Record<MethodName, AdapterSettings>> = {
  pocket: pocketAdapter,
  small: smallModelAdapter,
  faithful: faithfulAdapter,
};

/** The presets that the command line takes, the one that suits the model first. */
export function methodsFor(model: LoadedModel): readonly MethodName[] {
  return promptsFor(model).name === 'pocket' ? ['pocket', 'small', 'faithful'] : ['small', 'faithful'];
}

const presetOf = (method: MethodName): Preset => ({
  settings: settingsPresets[method],
  adapter: adapters[method],
});

/** The parameters that the page starts from: the model's preset, and the control that a claim needs. */
export function defaultParameters(model: LoadedModel, method = methodsFor(model)[0]!): RunParameters {
  const { settings, adapter } = presetOf(method);
  const { seed, tasks, rounds, temperature, topP, maxSimilarity } = settings;
  const { rank, alpha, learningRate, epochs, batchSize, maxLength } = adapter;
  const writing = { seed, tasks, rounds, temperature, topP, maxSimilarity, controls: ['seedsOnly'] as const };
  return { method, ...writing, rank, alpha, learningRate, epochs, batchSize, maxLength };
}

/** The preset with the page's parameters in place. @throws naming the parameter that makes no sense */
export function presetWith(model: LoadedModel, parameters: RunParameters): Preset {
  const { method = methodsFor(model)[0]!, settings = {}, controls: _c, seedsOnly: _s, ...rest } = parameters;
  const { rank, alpha, learningRate, epochs, batchSize, maxLength, activations, ...writing } = rest;
  const preset = presetOf(method);
  const given = { ...writing, controls: controlsOf(parameters), ...renameEarlierSettings(settings) };
  return {
    settings: resolveSettings(given, preset.settings),
    adapter: {
      ...{ ...preset.adapter, rank, alpha, learningRate, epochs, batchSize, maxLength },
      ...(activations && { activations }),
    },
  };
}

/** Every setting with its value in a method, for a page that lets all of them be changed. */
export function describeSettings(method: MethodName): SettingDescription[] {
  const values = settingsPresets[method];
  return Object.entries(settingsSchema.shape).map(([name, { description }]) => ({
    name,
    help: description ?? '',
    value: JSON.stringify(values[name as keyof SpecializeSettings]),
  }));
}
