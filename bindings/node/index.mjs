import pgiam from './lib/index.js';

export const { token, answer, password, ssl, pg, Context, Answer, PgiamError, defaultContext, libraryVersion } = pgiam;
export default pgiam;
