/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.profile.Profile;
import org.vfio4j.management.profile.ProfileDriver;
import org.vfio4j.management.profile.ProfileException;
import org.vfio4j.management.profile.ProfileReader;
import org.vfio4j.vfio.mdev.MdevDriver;

/** The profiles that a user named. */
final class ProfileFiles {
    private ProfileFiles() {}

    /** The drivers of the profiles in these files. */
    static List<MdevDriver> of(List<String> files) {
        List<MdevDriver> drivers = new ArrayList<>();
        files.forEach(file -> drivers.addAll(ProfileDriver.of(read(file))));
        return drivers;
    }

    private static Profile read(String file) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return ProfileReader.read(in.readNBytes(ProfileReader.MAX_BYTES + 1));
        } catch (ProfileException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "cannot use " + file + " as a profile: " + e.getMessage(),
                    "Its format is described in docs/profiles.md.");
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read the profile " + file + ": " + FileTrouble.words(e), "");
        }
    }
}
