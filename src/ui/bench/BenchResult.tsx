import { Button } from '@mantine/core';
import { benchColumns, type BrowserFigures } from '../../workerApi/bench.ts';
import { Card } from '../parts/Panel.tsx';
import { saveFile } from '../parts/saveFile.ts';
import classes from './bench.module.css';

/** The figures with what they mean, and all of them as a file. */
export function BenchResult({ figures }: { readonly figures: BrowserFigures }) {
  const { browser, device, provider } = figures;
  const save = () =>
    saveFile(`whittle-bench-${provider}.json`, `${JSON.stringify(figures, null, 2)}\n`, 'application/json');
  const side = (
    <Button variant="default" size="xs" onClick={save}>
      Save as JSON
    </Button>
  );
  return (
    <Card title={device} side={side}>
      <table className={classes.table}>
        <caption className={classes.caption}>
          onnxruntime-web {browser.onnxruntimeWeb}, {browser.processors} processors
          {browser.isCrossOriginIsolated ? '' : ', one thread (the page is not isolated)'}
        </caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {benchColumns.map(({ title, meaning, cell }) => (
            <tr key={title}>
              <th scope="row">{title}</th>
              <td>{cell(figures)}</td>
              <td>{meaning}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
