import './discord/config.js'; // before the components read it
import '@skyra/discord-components-core';
import './discord/contrast.js';
import 'slack-blocks-to-jsx/dist/style.css';
import './style.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.jsx';

createRoot(document.getElementById('root')).render(<App />);
