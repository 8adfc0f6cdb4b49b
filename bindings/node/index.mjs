import pgiam from './lib/index.js';

export const { token, answer, Context, Answer, PgiamError, defaultContext, libraryVersion } = pgiam;
export default pgiam;
