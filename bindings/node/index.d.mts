import * as pgiam from './index.js';
export * from './index.js';
export default pgiam;
