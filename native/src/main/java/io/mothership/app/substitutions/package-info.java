/**
 * What has to be different inside a native image: the fewest possible replacements in other
 * people's classes.
 *
 * <p>Read by the image builder only; on the JVM nothing here is ever loaded. Each class says which
 * assumption of the original does not hold in an image, and what goes wrong without it.
 */
package io.mothership.app.substitutions;
