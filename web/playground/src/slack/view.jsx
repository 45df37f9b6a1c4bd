import { useState } from 'react';
import { Dialog, Field } from '../frame.jsx';
import { Blocks, plain } from './blocks.jsx';

// Home is the home page of the app.
export function Home({ view, names, theme, press }) {
  return (
    <div className="log home" tabIndex={0} role="region" aria-label="Home of aidesk">
      {view ? <Blocks blocks={view.blocks} names={names} theme={theme} press={press} /> : <p className="empty">aidesk has shown nothing here yet.</p>}
    </div>
  );
}

// Modal is a view with inputs.
export function Modal({ view, names, theme, error, press, onSubmit, onClose }) {
  const [values, setValues] = useState(view.filled);
  const submit = (e) => {
    e.preventDefault();
    onSubmit(values);
  };
  return (
    <Dialog id={view.id} title={plain(view.title)} kind="modal" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div className="body">
          {runs(view.blocks).map((run, i) => (run.length === 1 && run[0].type === 'input' ? (
            <Field
              key={run[0].block_id} field={field(view.id, run[0])} value={values[run[0].block_id]} fault={view.errors?.[run[0].block_id]}
              onChange={(v) => setValues({ ...values, [run[0].block_id]: v })}
            />
          ) : <Blocks key={i} blocks={run} names={names} theme={theme} press={press} />))}
        </div>
        {error && <p className="fault" role="alert">{error}</p>}
        <p className="buttons">
          <button type="button" className="element" onClick={onClose}>{plain(view.close) || 'Close'}</button>
          {view.submit && <button className="element primary">{plain(view.submit)}</button>}
        </p>
      </form>
    </Dialog>
  );
}

// runs parts blocks at the inputs.
function runs(blocks) {
  const out = [];
  for (const b of blocks) {
    const last = out[out.length - 1];
    if (b.type === 'input' || !last || last[0].type === 'input') out.push([b]);
    else last.push(b);
  }
  return out;
}

const types = { number_input: 'number', datepicker: 'date', timepicker: 'time', email_text_input: 'email', url_text_input: 'url' };

// field is what an input block asks for.
function field(view, block) {
  const e = block.element;
  const options = e.options ?? e.option_groups?.flatMap((g) => g.options);
  return {
    id: `${view}-${block.block_id}`, label: plain(block.label), hint: plain(block.hint), required: !block.optional, long: e.multiline,
    placeholder: plain(e.placeholder) || (e.type === 'datetimepicker' ? '2026-01-31T15:04:00Z' : undefined), type: types[e.type], min: e.min_value, max: e.max_value,
    many: e.type === 'checkboxes' || e.type.startsWith('multi_'), options: options?.map((o) => ({ value: o.value, label: plain(o.text) })),
  };
}
