/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.vfio.core.DeviceFeatures;

/** Reads a profile's file. Every value is checked, and a key that is not known is refused, since it is likely a slip of the pen. */
public final class ProfileReader {
    /** The longest that is read, in bytes. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int VERSION = 1;
    /** What the kernel's samples call the folder of their devices' attributes. */
    private static final String GROUP = "vendor";

    private static final int MAX_PARENTS = 64;
    private static final int MAX_TYPES = 1_000;
    private static final int MAX_ATTRIBUTES = 100;
    private static final int MAX_ATTRIBUTE = 4_095;
    private static final int MAX_CAPACITY = 1 << 30;
    private static final int HEX = 16;

    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]{0,99}");

    private ProfileReader() {}

    /** Reads a profile from UTF-8 JSON; a {@link ProfileException} says where it is wrong. */
    public static Profile read(byte[] json) {
        Cursor root = BoundedJson.parse(json, "profile", MAX_BYTES, ProfileException::new)
                .objectOf(
                        "profile",
                        "name",
                        "source",
                        "driver",
                        "driver_version",
                        "open",
                        "attribute_group",
                        "parents",
                        "matrix");
        if (root.at("profile").integer() != VERSION) {
            throw root.at("profile").wrong(VERSION + ", the only form this release reads");
        }
        root.at("source").textOrNull();
        List<Profile.Parent> parents = root.at("parents").eachOrNone(ProfileReader::parent);
        if ((parents.isEmpty() && root.at("matrix").isAbsent()) || parents.size() > MAX_PARENTS) {
            throw root.at("parents").wrong("1 to " + MAX_PARENTS + " parents");
        }
        requireDistinct(root.at("parents"), parents, Profile.Parent::address);
        Cursor open = root.at("open");
        return new Profile(
                root.at("name").text(),
                name(root.at("driver")),
                line(root.at("driver_version")),
                open.isAbsent() ? Profile.Open.ALWAYS : open.word(Profile.Open.values(), Profile.Open::word),
                root.at("attribute_group").isAbsent() ? GROUP : name(root.at("attribute_group")),
                parents,
                root.at("matrix").isAbsent() ? null : matrix(root.at("matrix")));
    }

    private static Profile.Matrix matrix(Cursor at) {
        at.objectOf("adapters", "domains");
        return new Profile.Matrix(
                Set.copyOf(at.at("adapters").each(each -> apNumber(each, 2))),
                Set.copyOf(at.at("domains").each(each -> apNumber(each, 4))));
    }

    private static int apNumber(Cursor at, int digits) {
        int number = hex(at, digits);
        if (number > ApMatrix.LAST) {
            throw at.wrong("at most " + Integer.toHexString(ApMatrix.LAST));
        }
        return number;
    }

    private static Profile.Parent parent(Cursor at) {
        at.objectOf("pci", "capacity", "one_type_at_a_time", "attributes", "types");
        Cursor pci = at.at("pci")
                .objectOf("address", "vendor", "device", "subsystem_vendor", "subsystem_device", "class", "revision");
        String address = pci.at("address").text();
        if (!ADDRESS.matcher(address).matches()) {
            throw pci.at("address").wrong("a PCI address such as 0000:41:00.0");
        }
        int capacity = within(at.at("capacity"), MAX_CAPACITY);
        List<Profile.Type> types = at.at("types").each(t -> type(t, capacity)).stream()
                .sorted(Comparator.comparing(Profile.Type::id))
                .toList();
        if (types.isEmpty() || types.size() > MAX_TYPES) {
            throw at.at("types").wrong("1 to " + MAX_TYPES + " types");
        }
        requireDistinct(at.at("types"), types, Profile.Type::id);
        return new Profile.Parent(
                address,
                new Profile.Identity(
                        hex(pci.at("vendor"), 4),
                        hex(pci.at("device"), 4),
                        hex(pci.at("subsystem_vendor"), 4),
                        hex(pci.at("subsystem_device"), 4),
                        hex(pci.at("class"), 6),
                        hex(pci.at("revision"), 2)),
                capacity,
                at.at("one_type_at_a_time").flag(),
                attributes(at.at("attributes")),
                types);
    }

    private static Profile.Type type(Cursor at, int capacity) {
        at.objectOf("id", "name", "description", "cost", "most", "features", "attributes");
        int cost = within(at.at("cost"), capacity);
        Set<String> features = new HashSet<>(at.at("features").eachOrNone(ProfileReader::feature));
        return new Profile.Type(
                name(at.at("id")),
                at.at("name").text(),
                at.at("description").textOrNull(),
                cost,
                at.at("most").isAbsent() ? capacity / cost : within(at.at("most"), capacity / cost),
                features(features),
                deviceAttributes(at.at("attributes")));
    }

    private static String feature(Cursor at) {
        List<String> known = List.of("display-region", "display-dmabuf", "migration");
        return at.word(known.toArray(String[]::new), Function.identity());
    }

    private static DeviceFeatures features(Set<String> words) {
        return DeviceFeatures.of(
                words.contains("display-region") ? DeviceFeatures.DISPLAY_REGION : 0,
                words.contains("display-dmabuf") ? DeviceFeatures.DISPLAY_DMABUF : 0,
                words.contains("migration") ? DeviceFeatures.MIGRATION : 0);
    }

    private static Map<String, String> attributes(Cursor at) {
        return named(at, "attributes", ProfileReader::content);
    }

    private static Map<String, Profile.Attribute> deviceAttributes(Cursor at) {
        return named(at, "attributes", ProfileReader::deviceAttribute);
    }

    /** A text, or an object for one that can be written. */
    private static Profile.Attribute deviceAttribute(Cursor at) {
        if (at.node() == null || !at.node().isObject()) {
            return new Profile.Attribute(content(at), Map.of(), false);
        }
        at.objectOf("value", "parameters", "number");
        if (at.at("number").flag()) {
            at.objectOf("number");
            return new Profile.Attribute("", Map.of(), true);
        }
        Map<String, List<String>> parameters = named(at.at("parameters"), "parameters", ProfileReader::permitted);
        if (parameters.isEmpty()) {
            throw at.at("parameters").wrong("at least one parameter");
        }
        return new Profile.Attribute(at.at("value").isAbsent() ? "" : content(at.at("value")), parameters, false);
    }

    private static List<String> permitted(Cursor at) {
        List<String> values = at.each(ProfileReader::name);
        if (values.isEmpty() || values.size() > MAX_ATTRIBUTES) {
            throw at.wrong("1 to " + MAX_ATTRIBUTES + " permitted values");
        }
        return values;
    }

    private static String content(Cursor at) {
        String content = at.text();
        if (content.length() > MAX_ATTRIBUTE) {
            throw at.wrong("at most " + MAX_ATTRIBUTE + " characters");
        }
        return content;
    }

    /** An object's values by keys that are names. */
    private static <T> Map<String, T> named(Cursor at, String what, Function<Cursor, T> read) {
        Map<String, T> all = at.entriesOrNone(read);
        if (all.size() > MAX_ATTRIBUTES) {
            throw at.wrong("at most " + MAX_ATTRIBUTES + " " + what);
        }
        if (!all.keySet().stream().allMatch(key -> NAME.matcher(key).matches())) {
            throw at.wrong("names of " + what + " that are letters, digits and _ . + -");
        }
        return all;
    }

    private static String name(Cursor at) {
        String name = at.text();
        if (!NAME.matcher(name).matches()) {
            throw at.wrong("a name of letters, digits and _ . + - that begins with a letter, a digit or _");
        }
        return name;
    }

    private static @Nullable String line(Cursor at) {
        String text = at.textOrNull();
        if (text != null && (text.contains("\n") || text.length() > 255)) {
            throw at.wrong("one line of at most 255 characters");
        }
        return text;
    }

    private static int within(Cursor at, int most) {
        int number = at.integer();
        if (number < 1 || number > most) {
            throw at.wrong("a number from 1 to " + most);
        }
        return number;
    }

    private static int hex(Cursor at, int digits) {
        String text = at.text();
        if (text.length() != digits || !text.chars().allMatch(c -> c < 0x80 && Character.digit(c, HEX) >= 0)) {
            throw at.wrong(digits + " hexadecimal digits, without 0x");
        }
        return Integer.parseInt(text, HEX);
    }

    private static <T> void requireDistinct(Cursor at, List<T> all, Function<T, String> key) {
        Set<String> seen = new HashSet<>();
        for (T each : all) {
            if (!seen.add(key.apply(each))) {
                throw at.wrong("each only once, but " + key.apply(each) + " is there twice");
            }
        }
    }
}
