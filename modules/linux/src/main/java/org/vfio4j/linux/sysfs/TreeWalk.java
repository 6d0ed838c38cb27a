/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/**
 * One pass over the tree: finds places by walking every link itself, so that none leads out of the base, and gathers the findings.
 *
 * <p>What it costs: a directory whose entries link into few others (the devices of a bus) has each of those others walked once; what
 * remains per link is readlink(2) and lstat(2). A process that swaps directories for links during the walk is not guarded against:
 * whoever can do that owns the tree.
 */
final class TreeWalk {
    /** As {@code MAXSYMLINKS} of linux/namei.h. */
    private static final int MAX_LINKS = 40;

    private static final int MAX_REMEMBERED = 10_000;

    private final TreeFiles files;
    private final Map<String, Place> remembered = new HashMap<>();
    private final List<TreeFinding> findings = new ArrayList<>();

    TreeWalk(TreeFiles files) {
        this.files = files;
    }

    /** What {@code path} names, links resolved within the base. */
    Reading<Place> resolve(String path) {
        return resolve(Place.BASE, path);
    }

    /** What {@code path} names when it starts at {@code from}; an absolute one starts at the base. */
    Reading<Place> resolve(Place from, String path) {
        return resolve(from, path, 0);
    }

    /** The directory that {@code path} names. */
    Reading<Place> directory(Place from, String path) {
        return asDirectory(resolve(from, path));
    }

    Reading<Place> directory(String path) {
        return directory(Place.BASE, path);
    }

    /** The attribute {@code name} of the directory {@code at}; a link there is not followed. */
    Reading<String> attribute(Place at, String name) {
        return files.lookUp(at.child(name)).then(this::read);
    }

    /** The text of a place that was just looked up. */
    Reading<String> read(Place place) {
        return place.kind() == Place.Kind.REGULAR
                ? files.read(place.path())
                : Reading.unreadable(TreeProblem.NOT_A_FILE.at(place.path(), "is not a regular file"));
    }

    /** The target of the link {@code name} in the directory {@code at}, as it stands there. */
    Reading<String> link(Place at, String name) {
        return files.link(at.child(name));
    }

    /** The last component of that target: the name of what it links to. */
    Reading<String> linkName(Place at, String name) {
        return files.link(at.child(name)).then(target -> {
            String last = Names.last(target);
            return Names.valid(last)
                    ? Reading.found(last)
                    : Reading.unreadable(TreeProblem.LINK_INVALID.at(at.child(name), "links to \"" + target + "\""));
        });
    }

    /** The number that the link's last component is, such as an IOMMU group's. */
    Reading<Integer> linkNumber(Place at, String name) {
        return linkName(at, name).then(last -> {
            OptionalInt number = Names.decimal(last);
            return number.isPresent()
                    ? Reading.found(number.getAsInt())
                    : Reading.unreadable(
                            TreeProblem.LINK_INVALID.at(at.child(name), "links to \"" + last + "\", not a number"));
        });
    }

    /** Calls {@code each} with the name of every entry and the directory that it is or links to. */
    void forEach(Reading<Place> directory, BiConsumer<String, Place> each) {
        Optional<Place> at = take(directory);
        if (at.isPresent()) {
            for (String name : names(at.get(), Root.MAX_ENTRIES)) {
                entryOf(at.get(), name).ifPresent(place -> each.accept(name, place));
            }
        }
    }

    /** The directory that an entry just listed is or links to. */
    Optional<Place> entryOf(Place at, String name) {
        return need(entry(at, name), TreeProblem.VANISHED, at.child(name), "is gone, or links to what is gone");
    }

    /** The same as {@link #forEach} without findings, for what is only a hint. */
    void quietly(Reading<Place> directory, BiConsumer<String, Place> each) {
        directory.value().ifPresent(at -> {
            for (String name : quietly(directory)) {
                entry(at, name).value().ifPresent(place -> each.accept(name, place));
            }
        });
    }

    /** The names in a directory without findings; none if there is no such directory. */
    List<String> quietly(Reading<Place> directory) {
        return directory
                .then(at -> files.list(at.path(), Root.MAX_ENTRIES))
                .value()
                .map(Listing::names)
                .orElseGet(List::of);
    }

    /** The directory that an entry is or, which is tried first because it is so nearly always, links to. */
    private Reading<Place> entry(Place at, String name) {
        Reading<String> target = files.link(at.child(name));
        return target.hasProblem(TreeProblem.NOT_A_LINK)
                ? directory(at, name)
                : target.then(it -> asDirectory(resolve(at, it, 1)));
    }

    /** See {@link TreeFiles#mayExist}. */
    boolean mayExist(Place at, String path) {
        return files.mayExist(at.child(path));
    }

    boolean exists(Place at, String name) {
        return files.lookUp(at.child(name)).isFound();
    }

    /** The names in a directory, bad ones noted as findings. */
    List<String> names(Place directory, int limit) {
        Optional<Listing> listing = take(files.list(directory.path(), limit));
        listing.ifPresent(it -> it.findings().forEach(this::note));
        return listing.map(Listing::names).orElseGet(List::of);
    }

    /** What was found; a finding is noted, absence is not worth one. */
    <T> Optional<T> take(Reading<T> reading) {
        reading.trouble().ifPresent(this::note);
        return reading.value();
    }

    /** The same for what must be there: its absence is the finding {@code problem}. */
    <T> Optional<T> need(Reading<T> reading, TreeProblem problem, String path, String text) {
        if (reading.isMissing()) {
            note(problem.at(path, text));
        }
        return take(reading);
    }

    void note(TreeFinding finding) {
        if (findings.size() < Scan.MAX_FINDINGS) {
            findings.add(finding);
        } else if (findings.size() == Scan.MAX_FINDINGS) {
            findings.add(TreeProblem.TOO_MANY_FINDINGS.at(
                    "/", "has more findings than the " + Scan.MAX_FINDINGS + " that are kept"));
        }
    }

    <T> Scan<T> scan(List<T> items) {
        return new Scan<>(items, findings);
    }

    /** Resolves after {@code links} links already; what lies above the last component is remembered. */
    private Reading<Place> resolve(Place from, String path, int links) {
        int slash = path.lastIndexOf('/');
        if (slash < 0) {
            return walk(from, path, links);
        }
        String above = path.substring(0, slash + 1);
        String last = path.substring(slash + 1);
        String key = path.charAt(0) == '/' ? above : from.child(above);
        Place known = remembered.get(key);
        if (known != null) {
            return walk(known, last, links);
        }
        return walk(from, above, links).then(place -> {
            if (place.isDirectory() && remembered.size() < MAX_REMEMBERED) {
                remembered.put(key, place);
            }
            return walk(place, last, links);
        });
    }

    private Reading<Place> walk(Place from, String path, int linksBefore) {
        Deque<String> left = new ArrayDeque<>();
        Place at = enter(from, path, left);
        int links = linksBefore;
        while (!left.isEmpty()) {
            String name = left.pop();
            Reading<Place> next = step(at, name);
            if (!(next instanceof Reading.Found<Place>(Place place))) {
                return next;
            }
            if (place.kind() != Place.Kind.LINK) {
                at = place;
                continue;
            }
            if (++links > MAX_LINKS) {
                return Reading.unreadable(
                        TreeProblem.LINK_LOOP.at(place.path(), "leads through more than " + MAX_LINKS + " links"));
            }
            Reading<String> target = files.link(place.path());
            if (!(target instanceof Reading.Found<String>(String text))) {
                return target.then(_ -> Reading.missing());
            }
            if (left.isEmpty()) {
                return resolve(at, text, links);
            }
            at = enter(at, text, left);
        }
        return Reading.found(at);
    }

    private Reading<Place> step(Place at, String name) {
        if (!at.isDirectory()) {
            return notADirectory(at);
        }
        if (name.equals("..")) {
            return Reading.found(at.parent());
        }
        return Names.valid(name)
                ? files.lookUp(at.child(name))
                : Reading.unreadable(TreeProblem.NAME_INVALID.at(at.child(name), "is no name that the kernel makes"));
    }

    /** Puts {@code path}'s components before those that are left, and says where they start. */
    private static Place enter(Place from, String path, Deque<String> left) {
        String[] components = path.split("/", -1);
        for (int i = components.length - 1; i >= 0; i--) {
            if (!components[i].isEmpty() && !components[i].equals(".")) {
                left.push(components[i]);
            }
        }
        return path.startsWith("/") ? Place.BASE : from;
    }

    private static Reading<Place> asDirectory(Reading<Place> reading) {
        return reading.then(place -> place.isDirectory() ? reading : notADirectory(place));
    }

    private static <T> Reading<T> notADirectory(Place place) {
        return Reading.unreadable(TreeProblem.NOT_A_DIRECTORY.at(place.path(), "is not a directory"));
    }
}
