import { NativeSelect } from '@mantine/core';
import type { MethodName, RunParameters } from '../../workerApi/runParameters.ts';
import { useApp, useAppState } from '../appContext.ts';

const labels: Readonly<Record<MethodName, string>> = {
  pocket: 'For pocket',
  small: 'For small models',
  faithful: 'As published',
};

/** Which preset everything else comes from. Another one brings its own numbers along. */
export function MethodField({ parameters }: { readonly parameters: RunParameters }) {
  const app = useApp();
  const engine = useAppState((state) => state.engine);
  if (engine.kind !== 'ready') return null;
  const { methods } = engine.model;
  return (
    <NativeSelect
      label="Method"
      description="As published is meant for models of several billion parameters: 5,000 tasks, hotter sampling, gentler training."
      value={parameters.method ?? methods[0]?.name}
      data={methods.map(({ name }) => ({ value: name, label: labels[name] }))}
      onChange={(event) => {
        const chosen = methods.find(({ name }) => name === event.currentTarget.value);
        if (chosen) app.setParameters({ ...chosen.parameters, seed: parameters.seed });
      }}
    />
  );
}
