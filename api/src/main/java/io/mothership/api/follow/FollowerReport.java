package io.mothership.api.follow;

import io.mothership.fabric.Fabric.Backlog;

/**
 * A follower at one moment.
 *
 * @param position journal sequence up to which it is done
 * @param backlog what is before it
 * @param lagNs how old the oldest of that is
 * @param delivered records since the start of the appliance
 * @param failures failed deliveries since then
 * @param deadLetters records put aside since then
 * @param lost records that left their streams before it could read them, since then
 * @param lastFailure what went wrong last, empty if nothing did or it went right since
 */
public record FollowerReport(
    String name,
    FollowerState state,
    long position,
    Backlog backlog,
    long lagNs,
    long delivered,
    long failures,
    long deadLetters,
    long lost,
    String lastFailure) {}
