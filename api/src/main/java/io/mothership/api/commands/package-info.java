/**
 * Commands to devices over HTTP. Virtual threads; a command is a message in the journal and nothing
 * else.
 */
package io.mothership.api.commands;
