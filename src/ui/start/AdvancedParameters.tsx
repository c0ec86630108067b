import { Checkbox, NativeSelect, NumberInput } from '@mantine/core';
import { controlsOf, type ActivationSetting, type RunParameters } from '../../workerApi/runParameters.ts';
import { useApp } from '../appContext.ts';
import {
  activationChoices,
  activationHelp,
  controlChoices,
  parameterGroups,
  type ParameterField,
  withControls,
} from './parameterFields.ts';
import { AllSettings } from './AllSettings.tsx';
import { MethodField } from './MethodField.tsx';
import classes from './start.module.css';

/** The main parameters, each with one line of help. A value outside its range is brought back on leaving the field. */
export function AdvancedParameters({ parameters }: { readonly parameters: RunParameters }) {
  const app = useApp();
  return (
    <div className={classes.advanced}>
      <MethodField parameters={parameters} />
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
      <Checkbox
        label="Cover the texts"
        description="Halfway, see which passages of your texts no task is about, and write the rest about those. Draws a map."
        checked={parameters.coverage ?? false}
        onChange={(event) => app.setParameters({ ...parameters, coverage: event.currentTarget.checked })}
      />
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
      <Checkbox.Group
        label="Controls"
        description="Each trains a further adapter with one thing left out, to show what that thing is worth. Each takes another training."
        value={[...controlsOf(parameters)]}
        onChange={(names) => app.setParameters(withControls(parameters, names))}
      >
        <div className={classes.controls}>
          {controlChoices.map(({ name, label, help }) => (
            <Checkbox key={name} value={name} label={label} description={help} />
          ))}
        </div>
      </Checkbox.Group>
      <AllSettings parameters={parameters} />
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
      value={parameters[name] ?? 0}
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
