/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import java.util.Optional;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;

/**
 * Reads what a guest agent answers to {@code guest-get-devices}: {@code {"return": [{"driver-name", "driver-version", "id": {"type": "pci",
 * "vendor-id", "device-id"}}]}}, or {@code {"error": {"class", "desc"}}}. Source: QEMU, qga/qapi-schema.json, since 5.2.
 */
public final class GuestAnswer {
    /** The longest that is read, in bytes; a guest with 1,000 devices answers with about 200 kB. */
    public static final int MAX_BYTES = 1 << 20;

    private static final int MAX_DEVICES = 4096;
    private static final int MAX_VERSION = 64;
    private static final int MAX_ID = 0xffff;
    private static final String USE_ANOTHER_WAY =
            "Read the version in the guest (nvidia-smi, modinfo), see whether the vendor supports it with the destination's driver, and"
                    + " if so say --accept-unknown.";

    private GuestAnswer() {}

    /**
     * What an answer says.
     *
     * @throws GuestException where it is wrong
     */
    public static GuestReport read(byte[] json) {
        Cursor answer = BoundedJson.parse(json, "guest agent", MAX_BYTES, GuestException::new)
                .object();
        Cursor error = answer.at("error");
        if (!error.isAbsent()) {
            return refused(error.object().at("class").text(), error.at("desc").text());
        }
        Cursor devices = answer.at("return");
        if (devices.node() != null && devices.node().size() > MAX_DEVICES) {
            throw devices.wrong("at most " + MAX_DEVICES + " devices");
        }
        return new GuestReport.Devices(devices.each(GuestAnswer::device).stream()
                .flatMap(Optional::stream)
                .toList());
    }

    private static GuestReport refused(String errorClass, String text) {
        String said = "(" + errorClass + ": " + text + ")";
        return errorClass.equals("CommandNotFound")
                ? new GuestReport.Silent(
                        "the guest's agent does not list devices, as QEMU's does on Windows only " + said,
                        USE_ANOTHER_WAY)
                : new GuestReport.Silent("the guest's agent could not list the devices " + said, USE_ANOTHER_WAY);
    }

    /** Empty for one that is on another bus, or whose driver has no version. */
    private static Optional<GuestDevice> device(Cursor at) {
        Cursor id = at.object().at("id");
        String version = at.at("driver-version").textOrNull();
        if (id.isAbsent() || version == null || !id.object().at("type").text().equals("pci")) {
            return Optional.empty();
        }
        if (version.isBlank() || version.length() > MAX_VERSION) {
            throw at.at("driver-version").wrong("1 to " + MAX_VERSION + " characters");
        }
        return Optional.of(new GuestDevice(id(id.at("vendor-id")), id(id.at("device-id")), version.strip()));
    }

    private static int id(Cursor at) {
        int id = at.count();
        if (id > MAX_ID) {
            throw at.wrong("a number of 16 bits");
        }
        return id;
    }
}
