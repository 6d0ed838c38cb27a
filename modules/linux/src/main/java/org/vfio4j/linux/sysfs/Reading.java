/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.Optional;
import java.util.function.Function;

/** What came of reading one thing in the tree: it is there, it is not there, or it is there and cannot be read. */
public sealed interface Reading<T> {

    record Found<T>(T it) implements Reading<T> {}

    /** Nothing has that name: the kernel, the driver or the bus does not offer it. */
    record Missing<T>() implements Reading<T> {}

    record Unreadable<T>(TreeFinding finding) implements Reading<T> {}

    static <T> Reading<T> found(T it) {
        return new Found<>(it);
    }

    static <T> Reading<T> missing() {
        return new Missing<>();
    }

    static <T> Reading<T> unreadable(TreeFinding finding) {
        return new Unreadable<>(finding);
    }

    /** What was found; empty if it is missing or cannot be read. */
    default Optional<T> value() {
        return this instanceof Found<T>(T it) ? Optional.of(it) : Optional.empty();
    }

    /** Why it cannot be read; empty if it was found or is missing. */
    default Optional<TreeFinding> trouble() {
        return this instanceof Unreadable<T>(TreeFinding finding) ? Optional.of(finding) : Optional.empty();
    }

    default boolean isFound() {
        return this instanceof Found;
    }

    default boolean isMissing() {
        return this instanceof Missing;
    }

    /** Whether it is there but {@code problem} keeps it from being read. */
    default boolean hasProblem(TreeProblem problem) {
        return this instanceof Unreadable<T>(TreeFinding finding) && finding.is(problem);
    }

    /** The next reading, made of what this one found. */
    default <R> Reading<R> then(Function<? super T, Reading<R>> next) {
        return switch (this) {
            case Found<T>(T it) -> next.apply(it);
            case Missing<T>() -> missing();
            case Unreadable<T>(TreeFinding finding) -> unreadable(finding);
        };
    }

    default <R> Reading<R> map(Function<? super T, ? extends R> change) {
        return then(it -> found(change.apply(it)));
    }
}
