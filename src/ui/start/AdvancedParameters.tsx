import { NativeSelect, NumberInput, Switch } from '@mantine/core';
import type { ActivationSetting, RunParameters } from '../../workerApi/runParameters.ts';
import { useApp } from '../appContext.ts';
import {
  activationChoices,
  activationHelp,
  parameterGroups,
  type ParameterField,
} from './parameterFields.ts';
import classes from './start.module.css';

/** The main parameters, each with one line of help. A value outside its range is brought back on leaving the field. */
export function AdvancedParameters({ parameters }: { readonly parameters: RunParameters }) {
  const app = useApp();
  return (
    <div className={classes.advanced}>
      {parameterGroups.map(({ title, fields }) => (
        <fieldset key={title} className={classes.group}>
          <legend>{title}</legend>
          <div className={classes.fields}>
            {fields.map((field) => (
              <Field key={field.name} field={field} parameters={parameters} />
            ))}
          </div>
        </fieldset>
      ))}
      <NativeSelect
        label="Precision of training"
        description={activationHelp}
        value={parameters.activations ?? 'auto'}
        data={[...activationChoices]}
        onChange={(event) => {
          const activations = event.currentTarget.value as ActivationSetting;
          app.setParameters({ ...parameters, activations });
        }}
      />
      <Switch
        label="Train a control on the examples alone"
        description="Shows whether the written tasks add anything. Takes a second, shorter training."
        checked={parameters.seedsOnly}
        onChange={(event) => app.setParameters({ ...parameters, seedsOnly: event.currentTarget.checked })}
      />
    </div>
  );
}

interface FieldProps {
  readonly field: ParameterField;
  readonly parameters: RunParameters;
}

function Field({ field: { name, label, help, min, max, step }, parameters }: FieldProps) {
  const app = useApp();
  return (
    <NumberInput
      label={label}
      description={help}
      value={parameters[name]}
      min={min}
      max={max}
      step={step}
      clampBehavior="blur"
      decimalScale={6}
      onChange={(value) => {
        if (typeof value === 'number' && value >= min && value <= max)
          app.setParameters({ ...parameters, [name]: value });
      }}
    />
  );
}
