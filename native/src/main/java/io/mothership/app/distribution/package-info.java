/**
 * What a package has beside the program: manual pages and shell completions, made from the commands
 * themselves.
 *
 * <p>Run by the build only, single-threaded. Nothing that {@code main} reaches may use it: so it
 * stays out of the image.
 */
package io.mothership.app.distribution;
