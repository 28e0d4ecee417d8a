// Stands for node:child_process in the bundles: libuv would reap what minit must reap itself.
module.exports = {};
