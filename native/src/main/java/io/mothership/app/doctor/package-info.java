/**
 * {@code mothership doctor}: looks at the machine, the configuration and the data folder, and says
 * what is not as it should be and what to do about it.
 *
 * <p>Main thread. Changes nothing but for one file in the data folder, which it deletes again; an
 * appliance that runs on the folder is not disturbed.
 */
package io.mothership.app.doctor;
