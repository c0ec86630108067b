import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { RunParameters } from '../../workerApi/runParameters.ts';
import { useApp, useAppState } from '../appContext.ts';
import { messageOf } from '../store/messageOf.ts';
import classes from './start.module.css';

/** Every setting of the method, each of which can be changed by name. */
export function AllSettings({ parameters }: { readonly parameters: RunParameters }) {
  const engine = useAppState((state) => state.engine);
  if (engine.kind !== 'ready') return null;
  const { methods } = engine.model;
  const method = methods.find(({ name }) => name === parameters.method) ?? methods[0];
  return (
    <details className={classes.allSettings}>
      <summary>Every setting</summary>
      <SettingsText key={JSON.stringify(parameters.settings ?? {})} parameters={parameters} />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by key */}
      <div className={classes.settingsFrame} tabIndex={0} role="region" aria-label="Settings of this method">
        <table>
          <thead>
            <tr>
              {['Setting', 'What it does', 'Here'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {method?.settings.map(({ name, help, value }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{help}</td>
                <td>
                  <code>{value}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** JSON that is checked on leaving the field; what makes no sense changes nothing and says why. */
function SettingsText({ parameters }: { readonly parameters: RunParameters }) {
  const app = useApp();
  const [text, setText] = useState(JSON.stringify(parameters.settings ?? {}, null, 2));
  const [fault, setFault] = useState<string | null>(null);
  const check = async () => {
    try {
      await app.setSettings(parseObject(text));
      setFault(null);
    } catch (error) {
      setFault(messageOf(error));
    }
  };
  return (
    <Textarea
      label="Other values than below, as JSON"
      description='For example {"passages": 2, "disabledRules": ["grounding"]}. They win over the fields above.'
      autosize
      minRows={3}
      value={text}
      error={fault}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => void check()}
    />
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    throw new Error(`This is not JSON: ${messageOf(error)}.`, { cause: error });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error('This is not a JSON object: write {"name": value}.');
}
