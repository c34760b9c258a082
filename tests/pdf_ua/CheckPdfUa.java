import java.io.File;
import java.io.InputStream;
import java.util.Collections;
import java.util.Date;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.verapdf.pdfa.validation.validators.ValidatorFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Holds PDF files against every rule of PDF/UA-1, as veraPDF states them.
 *
 * Prints "rules N" and then a line per file: its path, a tab, and the rules it breaks
 * (clause-test: message), set apart by tabs. The library comes without what reads a profile from
 * XML, so the profile is put together here, element by element.
 */
public final class CheckPdfUa {
  private static final String PROFILE = "/org/verapdf/pdfa/validation/PDFUA-1.xml";

  public static void main(String[] files) throws Exception {
    LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    ValidationProfile profile = readProfile();
    System.out.println("rules " + profile.getRules().size());
    for (String file : files) {
      StringBuilder line = new StringBuilder(file);
      for (String broken : check(new File(file), profile)) {
        line.append('\t').append(broken);
      }
      System.out.println(line);
    }
  }

  private static Set<String> check(File file, ValidationProfile profile) throws Exception {
    Set<String> broken = new TreeSet<>();
    try (PDFAParser parser = Foundries.defaultInstance().createParser(file, PDFAFlavour.PDFUA_1);
        PDFAValidator validator =
            ValidatorFactory.createValidator(profile, -1, true, false, false)) {
      ValidationResult result = validator.validate(parser);
      for (TestAssertion found : result.getTestAssertions()) {
        if (found.getStatus() == TestAssertion.Status.FAILED) {
          String rule = found.getRuleId().getClause() + "-" + found.getRuleId().getTestNumber();
          broken.add(rule + ": " + String.valueOf(found.getMessage()).replaceAll("\\s+", " "));
        }
      }
    }
    return broken;
  }

  private static ValidationProfile readProfile() throws Exception {
    Document read;
    try (InputStream source = CheckPdfUa.class.getResourceAsStream(PROFILE)) {
      read = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(source);
    }
    Set<Rule> rules = new HashSet<>();
    for (Element rule : elements(read.getDocumentElement(), "rule")) {
      rules.add(ruleFrom(rule));
    }
    Set<Variable> variables = new HashSet<>();
    for (Element found : elements(read.getDocumentElement(), "variable")) {
      variables.add(
          Profiles.variableFromValues(
              found.getAttribute("name"),
              found.getAttribute("object"),
              textIn(found, "defaultValue"),
              textIn(found, "value")));
    }
    return Profiles.profileFromValues(
        PDFAFlavour.PDFUA_1,
        Profiles.profileDetailsFromValues("PDF/UA-1", "", "", new Date(0)),
        "",
        rules,
        variables);
  }

  private static Rule ruleFrom(Element rule) {
    Element id = elements(rule, "id")[0];
    return Profiles.ruleFromValues(
        Profiles.ruleIdFromValues(
            PDFAFlavour.Specification.valueOf(id.getAttribute("specification")),
            id.getAttribute("clause"),
            Integer.parseInt(id.getAttribute("testNumber"))),
        rule.getAttribute("object"),
        rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null,
        rule.getAttribute("tags"),
        textIn(rule, "description"),
        textIn(rule, "test"),
        Profiles.errorFromValues(textIn(rule, "message"), Collections.emptyList()),
        Collections.emptyList());
  }

  private static String textIn(Element parent, String name) {
    Element[] found = elements(parent, name);
    return found.length == 0 ? "" : found[0].getTextContent();
  }

  private static Element[] elements(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    Element[] elements = new Element[found.getLength()];
    for (int index = 0; index < elements.length; index++) {
      elements[index] = (Element) found.item(index);
    }
    return elements;
  }
}
