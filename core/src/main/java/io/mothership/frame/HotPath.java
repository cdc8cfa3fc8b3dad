package io.mothership.frame;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs once per message. A test reads the class files and refuses in such a method: objects made
 * (but exceptions), boxing, text built, streams, {@code Optional}, lambdas that capture, monitors,
 * and reading the wall clock.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface HotPath {}
